-- Clicks one by one: which link, for which campaign, whose.
create or replace view reporting.link_clicks as
select event.t as at, event.source, event.data ->> 'link' as link, event.data ->> 'campaign' as campaign, coalesce(alias.root, event.contact) as contact, event.message,
  coalesce((event.data ->> 'automated')::boolean, false) as automated
from replywatch.event
left join replywatch.contact_alias as alias on alias.contact = event.contact
where event.kind = 'link.clicked';

comment on view reporting.link_clicks is 'One row per click on a link, crawlers included. What a campaign brought is in campaigns, where each customer counts once.';
comment on column reporting.link_clicks.at is 'When it was clicked.';
comment on column reporting.link_clicks.source is 'Who told of it; links: a tracked link of our own.';
comment on column reporting.link_clicks.link is 'Name of the link, or the host it leads to.';
comment on column reporting.link_clicks.campaign is 'Campaign the link was made for; null when it names none.';
comment on column reporting.link_clicks.contact is 'Pseudonym of the customer it was made for; null when nobody knows.';
comment on column reporting.link_clicks.message is 'Pseudonym of the message it stands in; null when it names none.';
comment on column reporting.link_clicks.automated is 'A program asked for it: a preview, a scanner.';
