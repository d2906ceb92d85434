"""The form of one row of a shop's table: a product, or a frequent question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import Request
from fastapi.responses import Response

from app.desk.facts import table_file
from app.desk.facts.facts_form import Field, Posted, at_fields, content, repeated
from app.desk.facts.shop_files import FILES, Kind, mark
from app.desk.facts.table_file import Raw, Table
from app.errors import DataError, NotFoundError, RequestError
from app.service.shop_editor import Editor, Faults, entry_problems


@dataclass(frozen=True)
class RowForm:
    """Edit the rows of one file."""

    editor: Editor
    kind: Kind
    asked: Sequence[Field]
    home: str
    column: str
    """The column by whose content the loader names a row in faults."""

    @property
    def file(self) -> str:
        return FILES[self.kind]

    def table(self, shop: str) -> tuple[Table, str]:
        """Read the file as it lies, with its mark."""
        text = self.editor.files.read(shop, self.kind)
        return table_file.read(text, name=self.file, columns=[one.key for one in self.asked]), mark(text)

    def show(
        self, request: Request, raw: Raw, *, at: int | None, seen: str, title: str = "", faults: Faults | None = None
    ) -> Response:
        """Draw the form of one row."""
        return self.editor.page(
            request,
            "entry.html",
            status=422 if faults else 200,
            title=title,
            kind=self.kind,
            fresh=at is None,
            home=self.home,
            asked=self.asked,
            raw=raw,
            seen=seen,
            query={"row": at} if at is not None else {},
            faults=faults or Faults(),
        )

    def take(self, request: Request, given: Posted, *, at: int | None) -> Response:
        """Write one row where the whole shop is right with it, else show the form again."""
        shop = self.editor.parts.shop_of(request)
        table, _ = self.table(shop)
        seen = (given.get("seen") or [""])[0]
        before = self._row(table, at)
        raw = content(self.asked, _spread(self.asked, given), before)
        wrong = table_file.unfit(self.asked, raw)
        for key, faults in repeated(self.asked, given).items():
            wrong.setdefault(key, []).extend(faults)
        if wrong:
            return self.show(request, raw, at=at, seen=seen, faults=Faults(wrong))
        try:
            text = table.put(at, table_file.packed(self.asked, raw)).text()
            self.editor.save(request, self.kind, text, seen=seen)
        except DataError as error:
            found = self._faults(error, shop, text, len(table.records) if at is None else at, raw)
            return self.show(request, raw, at=at, seen=seen, faults=found)
        except RequestError as error:
            return self.show(request, raw, at=at, seen=seen, faults=Faults({}, [str(error)]))
        return self.editor.back(request, self.home)

    def drop(self, request: Request, given: Posted, *, at: int) -> Response:
        """Take one row out of the file; the history still holds it."""
        shop = self.editor.parts.shop_of(request)
        table, _ = self.table(shop)
        seen = (given.get("seen") or [""])[0]
        try:
            self.editor.save(request, self.kind, table.drop([at]).text(), seen=seen)
        except (DataError, RequestError) as error:
            problems = error.problems if isinstance(error, DataError) else [error]
            faults = Faults({}, list(map(str, problems)))
            return self.show(request, self._row(table, at), at=at, seen=seen, faults=faults)
        t = self.editor.parts.words(self.editor.parts.lang_of(request))
        return self.editor.back(request, self.home, saved=t("已删除，要找回来请看历史。"))

    def _row(self, table: Table, at: int | None) -> dict[str, Raw]:
        """Give a row as it lies; raise NotFoundError where there is none at that place any more."""
        if at is None:
            return {}
        if not 0 <= at < len(table.records):
            raise NotFoundError("unknown_row", "没有这一行，可能刚被删掉，请刷新列表", "row")
        return table_file.unpacked(self.asked, table.records[at].cells)

    def _faults(self, error: DataError, shop: str, text: str, at: int, raw: dict[str, Any]) -> Faults:
        line = table_file.read(text, name=self.file, columns=()).records[at].line
        name = raw.get(self.column, "")
        name = name if isinstance(name, str) else next(iter(name), "")
        own, others = entry_problems(error.problems, shop, self.kind, where=f"第 {line} 行", name=name)
        by_key, rest = at_fields(self.asked, own, f"{shop}/{self.file}")
        return Faults(by_key, [*rest, *map(str, others)])


def _spread(asked: Sequence[Field], given: Posted) -> Posted:
    """Read lists that were written one a line in one box."""
    split = {
        field.key: [line for value in given[field.key] for line in value.split("\n")]
        for field in asked
        if field.shape == "list" and field.key in given
    }
    return {**given, **split}
