"""Show a reply in the terminal, for people."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from app.outgoing import Draft, Finding, Reply
from app.reply.drafting import Drafted
from app.reply.reviews import ReviewReply

STYLE_NAMES = {"brief": "简短", "standard": "标准", "soothing": "安抚"}
REVIEW_STYLE_NAMES = {"official": "官方", "friend": "朋友", "plea": "恳请"}
_DECISIONS = {"reply": ("可以直接回", "green"), "ask": ("先问清楚", "yellow"), "hand_over": ("转主管", "red")}
_COLOURS = {"block": "bold red", "warn": "yellow", "info": "cyan"}


def show_reply(reply: Reply, titles: Mapping[str, str], console: Console) -> None:
    """Print drafts first, then what the agent does beside them."""
    decision = reply.decision
    words, colour = _DECISIONS[decision.kind]
    intents = "、".join(f"{titles.get(one.intent, '没看懂')} {one.confidence:.0%}" for one in decision.answers)
    console.print(Text.assemble((words, f"bold {colour}"), "  ", intents))
    for draft in reply.drafts:
        console.print(_draft(draft))
        _list(draft.findings, console)
    if reply.remark:
        console.print(Text(f"备注  {reply.remark.text}{'（插旗）' if reply.remark.flag else ''}"))
        if reply.remark.payment_note:
            console.print(Text(f"打款留言  {reply.remark.payment_note}"))
    if decision.authority:
        given = decision.authority.granted or "不能直接给"
        lead = "，要主管点头" if decision.authority.needs else ""
        console.print(Text(f"权限  {given}{lead}：{decision.authority.why}（{decision.authority.limit}）"))
    for missing in decision.missing:
        console.print(Text(f"还缺  {missing.ask}"))
    for line in reply.todo:
        console.print(Text(f"待办  {line}"))
    if reply.follow_up:
        console.print(Text(f"跟进  {reply.follow_up.at.astimezone():%m-%d %H:%M} {reply.follow_up.what}"))
    if decision.kind == "hand_over":
        console.print(Text("交接", style="bold"))
        for line in reply.hand_over.lines:
            console.print(Text(f"      {line}"))
    for risk in decision.risk:
        console.print(Text(f"风险  {risk.name}：{risk.why}", style="red"))
    console.print(Text(f"依据  {'、'.join(reply.evidence.words)} ← {' / '.join(reply.evidence.nearest)}", style="dim"))


def show_drafted(found: Drafted, console: Console) -> None:
    """Print the drafts of a notice, then what the agent does beside them."""
    for draft in found.drafts:
        console.print(_draft(draft))
        _list(draft.findings, console)
    if found.remark:
        console.print(Text(f"备注  {found.remark.text}{'（插旗）' if found.remark.flag else ''}"))
    for line in found.todo:
        console.print(Text(f"待办  {line}"))
    if found.follow_up:
        console.print(Text(f"跟进  {found.follow_up.at.astimezone():%m-%d %H:%M} {found.follow_up.what}"))


def _draft(draft: Draft) -> Text:
    text = Text(f"{STYLE_NAMES[draft.style]}  ", style="bold")
    body = Text(draft.text, style="not bold")
    for finding in draft.findings:
        body.stylize(_COLOURS[finding.level], *finding.span)
    return text + body


def show_review(reply: ReviewReply, console: Console) -> None:
    """Print the replies to a review, then what it is about and what the agent does."""
    for draft in reply.drafts:
        body = Text(draft.text, style="not bold")
        for finding in draft.findings:
            body.stylize(_COLOURS[finding.level], *finding.span)
        console.print(Text(f"{REVIEW_STYLE_NAMES[draft.style]}  ", style="bold") + body)
        _list(draft.findings, console)
    for cause in (*reply.causes, *reply.praise):
        console.print(Text(f"说到  {cause.dsr}·{cause.title}：{'、'.join(cause.words) or '没有细说'}"))
    for flag in reply.flags:
        words = f"（{'、'.join(flag.words)}）" if flag.words else ""
        keep = f"；留好：{'、'.join(flag.keep)}" if flag.keep else ""
        console.print(Text(f"提醒  {flag.title}{words}：{flag.note}{keep}", style="red"))
    for line in reply.todo:
        console.print(Text(f"待办  {line}"))
    for step in reply.plan:
        console.print(Text(f"跟进  {step.at.astimezone():%m-%d %H:%M} {step.what}"))


def show_findings(text: str, findings: Sequence[Finding], console: Console) -> None:
    """Print a text with its findings marked."""
    body = Text(text)
    for finding in findings:
        body.stylize(_COLOURS[finding.level], *finding.span)
    console.print(body)
    _list(findings, console)
    if not findings:
        console.print(Text("没有发现问题", style="green"))


def _list(findings: Sequence[Finding], console: Console) -> None:
    for finding in findings:
        advice = f" → {finding.rewrite}" if finding.rewrite else ""
        console.print(Text(f"      {finding.rule} {finding.message}{advice}", style=_COLOURS[finding.level]))
