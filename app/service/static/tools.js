// The page that brings the drafts into other back offices: copy the bookmark, try it on a make-believe chat.
import { t, toast } from "./words.js";

const $ = (id) => document.getElementById(id);
const mark = $("bookmark"), sent = $("sent");
let times = 0;

async function copy() {
  try {
    await navigator.clipboard.writeText(mark.href);
    toast(t("已复制，新建一个书签，网址处粘贴"));
  } catch { // no clipboard on plain http
    $("code").hidden = false;
    $("code").querySelector("textarea").select();
    toast(t("复制不了，请自己按 Ctrl+C"));
  }
}

function send(event) {
  event.preventDefault();
  times += 1;
  sent.textContent = t("发送被按了 {count} 次", { count: times });
}

mark.addEventListener("click", (event) => { // our own pages run no such address
  event.preventDefault();
  toast(t("不用点，把它拖到书签栏"));
});
$("copy").addEventListener("click", copy);
$("practice").addEventListener("submit", send);
$("reply").addEventListener("keydown", (event) => { // as chat pages do
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
});
