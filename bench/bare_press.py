"""WeasyPrint and nothing else: the floor of every PDF. Needs no Django."""

from pathlib import Path

import font_source_sans_pro
from weasyprint import CSS, HTML  # noqa: TID251  the floor of dispatch.rendering
from weasyprint.text.fonts import FontConfiguration  # noqa: TID251

from bench import machine

STYLE = machine.ROOT / "templates" / "pdf" / "incidents" / "report_v1.css"


class BarePress:
    """WeasyPrint and nothing else, tuned: fonts and style sheets are read once."""

    def __init__(self) -> None:
        self.fonts = FontConfiguration()
        folder = Path(font_source_sans_pro.font_directory)
        faces = {400: "SourceSansPro-Regular.ttf", 600: "SourceSansPro-Semibold.ttf"}
        typeface = "\n".join(
            f'@font-face {{ font-family: "Source Sans Pro"; font-weight: {weight}; '
            f'src: url("{(folder / name).as_uri()}") }}'
            for weight, name in faces.items()
        )
        self.sheets = [
            CSS(string=typeface, font_config=self.fonts),
            CSS(string=STYLE.read_text(), font_config=self.fonts),
        ]

    def draw(self, markup: str) -> bytes:
        """The PDF."""
        content: bytes = HTML(string=markup).write_pdf(
            font_config=self.fonts, stylesheets=self.sheets, pdf_variant="pdf/ua-1"
        )
        return content
