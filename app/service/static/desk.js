// The agent's page. Each part draws what it shows; this says when.
import { drawAnswer } from "./desk/answer.js";
import { typed } from "./desk/ask.js";
import { drawCards, paintCards } from "./desk/cards.js";
import { fresh, next, renew } from "./desk/chats.js";
import { drawContext } from "./desk/context.js";
import { copyRemark } from "./desk/copying.js";
import { $, on } from "./desk/dom.js";
import { drawProduct, suggest } from "./desk/goods.js";
import { connect, drawQueue } from "./desk/queue.js";
import { drawSlots } from "./desk/slots.js";
import { desk, onChange } from "./desk/state.js";
import { drawCount, drawTalk } from "./desk/talk.js";
import "./desk/keys.js";
import "./desk/paste.js";

function drawReply(chat) {
  drawAnswer(chat);
  drawCards(chat);
  drawContext(chat);
  drawSlots(chat);
  suggest(chat);
}

function drawAll(chat) {
  drawTalk(chat);
  drawReply(chat);
  drawProduct(chat);
  drawQueue();
}

const DRAWN = { // what has changed → what is drawn again
  all: drawAll,
  message: (chat) => { drawTalk(chat); paintCards(chat); },
  asked: (chat) => { drawTalk(chat); drawProduct(chat); },
  count: drawCount,
  waiting: () => $("answer").classList.add("waiting"),
  answer: (chat) => { drawReply(chat); drawQueue(); },
  stale: drawAnswer,
  draft: paintCards,
  copied: (chat) => { drawCards(chat); $("drafts").focus({ preventScroll: true }); },
  rows: drawQueue,
};

onChange((chat, what) => DRAWN[what](chat));
for (const id of ["fresh", "mini-fresh"]) on($(id), "click", fresh);
on($("mini-next"), "click", next);
on($("renew"), "click", renew);
on($("copy-remark"), "click", () => copyRemark(desk.chat));
const early = $("text").value; // pasted before the page was ready, or brought back by the browser
if (early) typed(desk.chat, early);
drawAll(desk.chat);
connect();
