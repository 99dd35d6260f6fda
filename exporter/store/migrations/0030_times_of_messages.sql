-- Reports on a day read all rows there are: a block of these tables holds all times once history was imported, because messages come in the order of their customers and
-- observations move when they settle, and then a block-range index leaves nothing out. The columns never change, so updates stay in their place.
create index if not exists message_facts_time on replywatch.message_facts (at);
drop index if exists replywatch.message_facts_at;
create index if not exists observation_responses on replywatch.observation (at) where type = 'response';

-- What the bot wrote, and whether it had understood: read from the index alone.
create index if not exists message_facts_bot on replywatch.message_facts (at) include (channel, inbox, fallback) where author = 'bot';

create index if not exists event_clicked on replywatch.event (t) where kind = 'link.clicked';
