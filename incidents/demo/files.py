"""Small files of evidence, made of words."""

import io
from email.message import EmailMessage

import pikepdf

from incidents.demo.stories import KeptText

LINE_LENGTH = 90


def bytes_of(file: KeptText) -> bytes:
    """The file: a text, a PDF of one page or a mail, by the end of its name. The same words give the same bytes."""
    match file.name.rpartition(".")[2]:
        case "pdf":
            return _pdf(file.text)
        case "eml":
            return _mail(file.text)
        case _:
            return f"{file.text}\n".encode()


def _mail(text: str) -> bytes:
    mail = EmailMessage()
    mail["From"] = "payroll@payroll-login.example.org"
    mail["To"] = "staff@riverbank.example.org"
    mail["Subject"] = "Your details"
    mail.set_content(text)
    return mail.as_bytes()


def _pdf(text: str) -> bytes:
    lines: list[str] = [""]
    for word in text.split():
        if len(lines[-1]) + len(word) > LINE_LENGTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    shown = " T* ".join(f"({each.replace('(', '').replace(')', '')}) Tj" for each in lines)
    pdf = pikepdf.new()
    page = pdf.add_blank_page(page_size=(595, 842))
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F1=font))
    page.Contents = pdf.make_stream(f"BT /F1 11 Tf 14 TL 60 780 Td {shown} ET".encode("ascii", "replace"))
    made = io.BytesIO()
    pdf.save(made, deterministic_id=True)
    return made.getvalue()
