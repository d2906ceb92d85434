"""Start processes that write outcomes without end, for a test to kill: `python -m tests.desk.nursery`.

Each line on standard input, `database<TAB>file`, forks a child that shares what is imported here. Its number comes on
standard output, and again once it is gone. A child adds the ids of each outcome and follow-up to the file when the
store has acknowledged them, as the service answers its client then.
"""

import os
import secrets
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from app.desk.chats import Chat
from app.desk.masking import Mask
from app.desk.recorder import Recorder
from app.desk.store import DeskStore
from app.settings import Settings
from app.shop.load import ShopData, load_shop
from tests.desk.scene import agent, buyer, heard, report

_THREADS = 4
_SECONDS = 20
"""A child that nobody kills ends by itself."""


def work(url: str, path: str, shop: ShopData) -> None:
    """Write from several threads until the end."""
    store, acknowledged = DeskStore(url), os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    recorder = Recorder(Mask(lambda text: ((), text)), lambda _text: [])
    end = time.monotonic() + _SECONDS

    def write() -> None:
        while time.monotonic() < end:
            name, now = secrets.token_hex(6), datetime.now(UTC)
            chat = Chat("demo", f"c-{name}", order={"status": "unshipped", "paid_at": now.isoformat()})
            plan = {"at": (now + timedelta(hours=2)).isoformat(), "what": "看照片"}
            made, stale = heard(chat, buyer("坚果碎了", now), f"d-{name}", follow_up=plan)
            store.note(recorder.chat(chat, chat.said[-1], made, stale))
            told = report(f"d-{name}", at=now, key=name)
            job = recorder.outcome(told, chat=chat, said=agent("补发", now, "short"), made=made, shop=shop)
            done = store.write(job).result()
            os.write(acknowledged, f"{done.outcome_id} {done.follow_up.id if done.follow_up else 0}\n".encode())

    threads = [threading.Thread(target=write) for _ in range(_THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def main() -> None:
    """Fork a child for each line, and wait for its end."""
    shop = load_shop(Settings().shops, "demo")
    for line in sys.stdin:
        url, path = line.rstrip("\n").split("\t")
        child = os.fork()
        if not child:
            work(url, path, shop)
            os._exit(0)
        os.write(1, f"{child}\n".encode())
        os.waitpid(child, 0)
        os.write(1, f"{child}\n".encode())


if __name__ == "__main__":
    main()
