"""Change the model of a running service when another version comes into use, without stopping an answer."""

import logging
import threading
import time

from app.errors import ArtefactError
from app.models import Store
from app.pipeline import Pipeline
from app.understand.artefact import Artefact

_log = logging.getLogger(__name__)
_LOOK_SECONDS = 1.0
_NAMED = 3


class ModelWatch:
    """Look on requests whether another version is in use; read it beside them, then swap the classifier at once.

    `version` is what answers now (empty where it is none of the store), `problem` why the current one does not.
    """

    def __init__(self, pipeline: Pipeline) -> None:
        self.problem = ""
        self._pipeline = pipeline
        self._store = Store(pipeline.knowledge.settings.models)
        self._next = 0.0
        self._turn = threading.Lock()
        self._thread: threading.Thread | None = None
        self._seen = self._store.signature()
        self.version = self._store.current()
        if self.version and not self._runs(self.version):
            self.version, self._seen = "", None

    def _runs(self, version: str) -> bool:
        try:
            return self._store.card(version) == self._pipeline.classifier.artefact.card
        except ArtefactError:
            return False

    def look(self) -> None:
        """Start reading where another version is in use; cheap, at most one stat a second."""
        if time.monotonic() < self._next or not self._turn.acquire(blocking=False):
            return
        try:
            self._next = time.monotonic() + _LOOK_SECONDS
            if self._thread is not None and self._thread.is_alive():
                return
            seen = self._store.signature()
            if seen != self._seen:
                self._seen = seen
                self._thread = threading.Thread(target=self._swap, name="model-swap", daemon=True)
                self._thread.start()
        finally:
            self._turn.release()

    def _swap(self) -> None:
        try:
            version = self._store.in_use()
            model = self._store.load(version)
            self._check(version, model)
        except ArtefactError as error:
            self.problem = str(error)
            _log.warning("the current model is not used: %s", error)
            return
        self._pipeline.use(model)
        self.version, self.problem = version, ""

    def _check(self, version: str, model: Artefact) -> None:
        """Refuse a model that names intents this process has not read: there is no script to answer them."""
        strange = [name for name in model.labels if name not in self._pipeline.knowledge.catalogue]
        if strange:
            named = "、".join(strange[:_NAMED])
            raise ArtefactError(f"模型 {version} 有服务启动时还没有的意图（{named}），请重新启动 miaohui serve")
