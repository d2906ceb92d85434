// Tell the service what became of a draft: one after the other, again until it is acknowledged.
import { drained, inTurn } from "../in_turn.js";
import { t, toast } from "../words.js";
import { agentName } from "./dom.js";
import { note, seen } from "./rows.js";
import { pause, post, random } from "./wire.js";

const LATEST = 30_000;

async function deliver(path, body) { // the key makes a repeated one count once
  for (let wait = 1000; ; wait = Math.min(wait * 2, LATEST)) {
    const got = await post(path, body, { keepalive: true });
    if (got?.error) toast(t("没有记上：{why}", { why: got.error.message }));
    if (got) return got.error ? null : got;
    if (wait === 1000) toast(t("还没记上，连上以后会补记"));
    await pause(wait);
  }
}

export function learn(chat, got) { // what the chat looks like after what this page did to it
  if (!got?.conversation) return;
  Object.assign(chat, { known: true, lastSeen: seen(got.conversation) });
  note(got.conversation);
}

export function record(chat, outcome) {
  const body = { ...outcome, conversation_id: chat.id, agent: agentName() || undefined, key: random() };
  return inTurn(async () => {
    const got = await deliver("/v1/outcomes", body);
    learn(chat, got);
    return got;
  });
}

export function keep(chat, message) { // typed text becomes a message of the chat once its draft was used
  if (chat.posted === message.message_id) return drained();
  chat.posted = message.message_id;
  return inTurn(async () => {
    learn(chat, await deliver("/v1/messages", message));
  });
}
