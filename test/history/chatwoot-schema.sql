-- The tables of a Chatwoot database that an import reads, with all their columns and the keys that matter.
create table inboxes (
  id serial primary key, channel_id integer not null, account_id integer not null, name character varying not null, created_at timestamp without time zone not null,
  updated_at timestamp without time zone not null, channel_type character varying, enable_auto_assignment boolean default true, greeting_enabled boolean default false, greeting_message character varying,
  email_address character varying, working_hours_enabled boolean default false, out_of_office_message character varying, timezone character varying default 'UTC', enable_email_collect boolean default true,
  csat_survey_enabled boolean default false, allow_messages_after_resolved boolean default true, auto_assignment_config jsonb default '{}', lock_to_single_conversation boolean default false not null,
  portal_id bigint, sender_name_type integer default 0 not null, business_name character varying, csat_config jsonb default '{}' not null
);
create table contacts (
  id serial primary key, name character varying default '', email character varying, phone_number character varying, account_id integer not null, created_at timestamp without time zone not null,
  updated_at timestamp without time zone not null, additional_attributes jsonb default '{}', identifier character varying, custom_attributes jsonb default '{}', last_activity_at timestamp without time zone,
  contact_type integer default 0, middle_name character varying default '', last_name character varying default '', location character varying default '', country_code character varying default '',
  blocked boolean default false not null
);
create table contact_inboxes (
  id bigserial primary key, contact_id bigint, inbox_id bigint, source_id character varying not null, created_at timestamp(6) without time zone not null, updated_at timestamp(6) without time zone not null,
  hmac_verified boolean default false, pubsub_token character varying
);
create table conversations (
  id serial primary key, account_id integer not null, inbox_id integer not null, status integer default 0 not null, assignee_id integer, created_at timestamp without time zone not null,
  updated_at timestamp without time zone not null, contact_id bigint, display_id integer not null, contact_last_seen_at timestamp without time zone, agent_last_seen_at timestamp without time zone,
  additional_attributes jsonb default '{}', contact_inbox_id bigint, uuid uuid default gen_random_uuid() not null, identifier character varying,
  last_activity_at timestamp without time zone default current_timestamp not null, team_id bigint, campaign_id bigint, snoozed_until timestamp without time zone, custom_attributes jsonb default '{}',
  assignee_last_seen_at timestamp without time zone, first_reply_created_at timestamp without time zone, priority integer, sla_policy_id bigint, waiting_since timestamp(6) without time zone, cached_label_list text
);
create unique index index_conversations_on_account_id_and_display_id on conversations (account_id, display_id);
create index index_conversations_on_contact_id on conversations (contact_id);
create table messages (
  id serial primary key, content text, account_id integer not null, inbox_id integer not null, conversation_id integer not null, message_type integer not null, created_at timestamp without time zone not null,
  updated_at timestamp without time zone not null, private boolean default false not null, status integer default 0, source_id character varying, content_type integer default 0 not null,
  content_attributes json default '{}', sender_type character varying, sender_id bigint, external_source_ids jsonb default '{}', additional_attributes jsonb default '{}', processed_message_content text,
  sentiment jsonb default '{}'
);
create index index_messages_on_conversation_id on messages (conversation_id);
create table attachments (
  id serial primary key, file_type integer default 0, external_url character varying, coordinates_lat double precision default 0.0, coordinates_long double precision default 0.0, message_id integer not null,
  account_id integer not null, created_at timestamp without time zone not null, updated_at timestamp without time zone not null, fallback_title character varying, extension character varying, meta jsonb default '{}'
);
create index index_attachments_on_message_id on attachments (message_id);
create table csat_survey_responses (
  id bigserial primary key, account_id bigint not null, conversation_id bigint not null, message_id bigint not null, rating integer not null, feedback_message text, contact_id bigint not null,
  assigned_agent_id bigint, created_at timestamp(6) without time zone not null, updated_at timestamp(6) without time zone not null
);
create unique index index_csat_survey_responses_on_message_id on csat_survey_responses (message_id);
create table reporting_events (
  id bigserial primary key, name character varying, value double precision, account_id integer, inbox_id integer, user_id integer, conversation_id integer, created_at timestamp(6) without time zone not null,
  updated_at timestamp(6) without time zone not null, value_in_business_hours double precision, event_start_time timestamp without time zone, event_end_time timestamp without time zone
);
create index index_reporting_events_on_conversation_id on reporting_events (conversation_id);
