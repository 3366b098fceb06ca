"""Reading a page as a person and a validator would: its title, headings, forms and problems."""

from collections.abc import Mapping
from html.parser import HTMLParser

from lxml import html
from werkzeug.test import TestResponse

VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "path", "rect"})


class _Strict(HTMLParser):
    """Raises AssertionError for tags that do not nest, attributes given twice, and text outside the document."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in VOID:
            return
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()


class Page:
    """One answer, parsed."""

    def __init__(self, response: TestResponse) -> None:
        self.status = response.status_code
        self.headers = response.headers
        self.text = response.get_data(as_text=True)
        self.tree = html.document_fromstring(self.text)

    @property
    def title(self) -> str:
        """The text of the title."""
        return str(self.tree.findtext(".//title"))

    @property
    def heading(self) -> str:
        """The text of the one h1."""
        (heading,) = self.tree.iter("h1")
        return " ".join(heading.text_content().split())

    def words(self, path: str = "//main") -> str:
        """The text of an element, white space collapsed."""
        return " ".join(" ".join(found.text_content() for found in self.tree.xpath(path)).split())

    def inputs(self, action: str) -> dict[str, str]:
        """What pressing the button of the form with this end of its address would send."""
        (form,) = [form for form in self.tree.forms if str(form.get("action")).partition("?")[0].endswith(action)]
        return {name: value for name, value in form.form_values() if name}

    def problems(self) -> Mapping[str, str]:
        """The links of the boxes at the top: id of the target to the sentence."""
        links = self.tree.xpath("//*[contains(@class, 'govuk-error-summary')]//a")
        return {link.get("href").removeprefix("#"): " ".join(link.text_content().split()) for link in links}

    def value(self, name: str) -> str:
        """The value that the input, select or radio `name` holds now."""
        (element, *others) = self.tree.xpath("//*[@name=$name]", name=name)
        if element.tag == "select":
            return str(element.value)
        if element.get("type") == "radio":
            return next((radio.get("value") for radio in (element, *others) if radio.checked), "")
        return str(element.get("value") or "")

    def is_ticked(self, name: str) -> bool:
        """Whether the box `name` is ticked."""
        (box,) = self.tree.xpath("//input[@type='checkbox' and @name=$name]", name=name)
        return bool(box.checked)

    def assert_sound(self) -> None:
        """Check what holds for every page: it nests, ids are unique, and whatever refers to an id finds it."""
        strict = _Strict()
        strict.feed(self.text)
        assert not strict.open
        assert len(self.tree.xpath("//h1")) == 1
        assert self.tree.get("lang")
        assert self.tree.get("dir") == "ltr"
        ids = self.tree.xpath("//@id")
        assert len(ids) == len(set(ids)), sorted(ids)
        references = [
            one
            for attribute in ("aria-describedby", "aria-labelledby", "for")
            for value in self.tree.xpath(f"//@{attribute}")
            for one in value.split()
        ]
        references += [href[1:] for href in self.tree.xpath("//@href") if href.startswith("#")]
        assert set(references) <= set(ids), set(references) - set(ids)
        unlabelled = self.tree.xpath(
            "//*[self::input or self::select][not(@type='hidden')][not(@id=//label/@for)]/@name"
        )
        assert not unlabelled
        assert not self.tree.xpath("//script[not(@src) or text()] | //style | //@style | //@onclick")
