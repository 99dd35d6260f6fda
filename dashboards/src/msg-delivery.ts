import type { Board } from './board.ts';
import { byInboxDelivery, deliveredShare, failedShare, outsideWindow, readShare, withoutConsent } from './panels/arrival.ts';
import { campaignResponse, campaigns, customerReplies, experiments, replyRate } from './panels/campaigns.ts';
import { failures, receipts } from './panels/delivery.ts';
import { clickedLinks, clicks } from './panels/clicks.ts';
import { byCode, byContent, byTemplate, providerTemplates, timeToDeliver } from './panels/failing.ts';
import { flowAbandonment, flowSteps } from './panels/flows.ts';
import { dataAge } from './panels/freshness.ts';
import { marketingSends, optOuts, windowsClosing, windowSends } from './panels/windows.ts';
import { CHANNEL, INBOX } from './variables.ts';

/** Do our messages arrive, and what comes of them? */
export const msgDelivery: Board = {
  uid: 'msg-delivery', title: 'Delivery and campaigns', runbook: 'DeliveryFailing', refresh: '1m', from: 'now-7d', variables: [CHANNEL, INBOX],
  description: 'Do our messages arrive, and what comes of them? First whether they do, then since when and where not, then what each campaign brought. The rows below '
    + 'say why messages fail, whether customers answer, and whether we may write at all.',
  screen: [
    { height: 4, panels: [deliveredShare(), failedShare(), readShare(), outsideWindow(), withoutConsent(), dataAge()] },
    { height: 7, panels: [receipts(), failures(), byInboxDelivery()] },
    { height: 7, panels: [campaigns()] },
  ],
  more: [
    { title: 'What came of the campaigns?', lines: [{ height: 8, panels: [campaignResponse(), experiments()] }, { height: 8, panels: [[10, clicks()], [14, clickedLinks()]] }] },
    { title: 'Why do messages fail?', lines: [{ height: 8, panels: [byCode(), byTemplate()] }, { height: 8, panels: [byContent(), timeToDeliver(), providerTemplates()] }] },
    { title: 'Do customers answer us?', lines: [{ height: 8, panels: [[14, customerReplies()], [10, replyRate()]] }] },
    { title: 'May we write to them?', lines: [{ height: 8, panels: [windowSends(), windowsClosing()] }, { height: 8, panels: [marketingSends(), optOuts()] }] },
    { title: 'Where do they stop on the way?', lines: [{ height: 8, panels: [flowAbandonment(), flowSteps()] }] },
  ],
};
