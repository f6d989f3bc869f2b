"""Markup that tries to make the PDF maker fetch, link, attach or run something; and a guard that sees it try."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

WEB = "http://127.0.0.1:9/x"
FILE = "file:///etc/passwd"

# The document with which WeasyPrint alone put /etc/passwd into a PDF and asked the web eleven times.
ONE_DOCUMENT = f"""
<link rel=attachment href={FILE}><link rel=stylesheet href={WEB}.css>
<style>@import url({WEB}.css); @font-face {{ font-family: x; src: url({WEB}.ttf) }}
body {{ font-family: x; background: url({WEB}.png); list-style: url({WEB}.png) }}</style>
<img src={WEB}.png><svg><image href={WEB}.png /></svg><object data={WEB}.png></object><embed src={WEB}.png>
<ul><li>one</ul><a rel=attachment href={FILE}>file</a>
"""

# Each of these, let through as markup, must end the drawing: it fetches, links or attaches.
FETCHING = [
    f"<link rel=attachment href={FILE}>",
    f"<link rel=attachment href={WEB}>",
    f'<link rel="attachment" href="{FILE}" title="report">',
    f"<link rel=stylesheet href={WEB}.css>",
    f"<link rel=stylesheet href={FILE}>",
    "<link rel=stylesheet href=ftp://127.0.0.1/x.css>",
    "<link rel=stylesheet href='data:text/css,body{color:red}'>",
    f"<style>@import url({WEB}.css);</style>",
    f"<style>@import '{FILE}';</style>",
    f"<style>@font-face {{ font-family: x; src: url({WEB}.ttf) }}</style>",
    f"<style>@font-face {{ font-family: x; src: url({FILE}) }}</style>",
    f"<style>body {{ background: url({WEB}.png) }}</style>",
    f"<style>p::before {{ content: url({FILE}) }}</style><p>x</p>",
    f"<style>li {{ list-style-image: url({WEB}.png) }}</style><ul><li>x</ul>",
    f"<style>p {{ border-image-source: url({WEB}.png); border: 3px solid }}</style><p>x</p>",
    f"<style>@page {{ background: url({WEB}.png) }}</style>",
    f"<style>@page {{ @top-center {{ content: url({WEB}.png) }} }}</style>",
    f"<p style='background: url({WEB}.png)'>x</p>",
    f'<p style="background: url(&quot;{FILE}&quot;)">x</p>',
    f"<img src={WEB}.png>",
    f"<img src={FILE}>",
    "<img src=file://127.0.0.1/etc/passwd>",
    "<img src=FILE:///etc/passwd>",
    "<img src=file:/etc/passwd>",
    "<img src='file:///proc/self/environ'>",
    "<img src=https://127.0.0.1:9/x.png>",
    "<img src=ftp://127.0.0.1:9/x.png>",
    "<img src=gopher://127.0.0.1:9/x>",
    "<img src=http://169.254.169.254/latest/meta-data>",
    "<img src=http://[::1]:9/x.png>",
    "<img src=http://0x7f000001:9/x.png>",
    "<img src=http://localhost:9@example.org/x.png>",
    "<img src='data:image/svg+xml,<svg xmlns=\"http://www.w3.org/2000/svg\"/>'>",
    "<img src='data:image/png;base64,iVBORw0KGgo='>",
    "<img src='own:../../settings.py'>",
    "<img src='own:SourceSansPro-Regular.ttf/../../etc/passwd'>",
    "<img src='own:SourceSansPro-Regular.ttf?x'>",
    "<img src='OWN:SourceSansPro-Regular.ttf'>",
    "<img src='jar:file:///etc/passwd!/x'>",
    "<img src='\\\\127.0.0.1\\share\\x.png'><img src=smb://127.0.0.1/x>",
    f"<embed src={WEB}.png>",
    f"<object data={WEB}.png></object>",
    f"<object data={FILE} type=image/png></object>",
    f"<svg width=9 height=9><image href={WEB}.png width=9 height=9 /></svg>",
    f"<svg width=9 height=9><image xlink:href='{FILE}' width=9 height=9 /></svg>",
    f"<base href={WEB}/><img src=x.png>",
    "<a href=https://example.org/>link</a>",
    "<a href=javascript:alert(1)>link</a>",
    f"<a href={FILE}>link</a>",
    f"<a rel=attachment href={FILE}>file</a>",
    f"<a rel=attachment href={WEB}>file</a>",
    "<a href=mailto:a@example.org>link</a>",
    "<a href='#here'>link</a><p id=here>x</p>",
]

# These do nothing even as markup; what is typed must be printed as it is.
MERELY_STRANGE = [
    "<script>alert(1)</script>",
    "<img onerror=alert(1)>",
    f"<svg width=9 height=9><use href='{WEB}.svg#a' /></svg>",
    "<p style='link: url(https://example.org/)'>x</p>",
    "<p style='-weasy-link: url(https://example.org/)'>x</p>",
    f"<style>body {{ background-image: image-set(url({WEB}.png) 1x), url({WEB}.png) }}</style>",
    f"<style>p {{ content: url({WEB}.png) }}</style><p>x</p>",
    f"<iframe src={FILE}></iframe>",
    f"<video src={WEB}></video>",
    f"<meta http-equiv=refresh content='0;url={WEB}'>",
    "<form action=/x><input name=a value=b><textarea>c</textarea></form>",
    "{{ settings.SECRET_KEY }}",
    "{% include '/etc/passwd' %}",
    "{% debug %}",
    "<!-- comment --><![CDATA[ x ]]>",
    "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
    "</p></div></body></html>",
    '" onmouseover="alert(1)" x=\'',
    "%PDF-1.7 /OpenAction << /S /JavaScript /JS (app.alert(1)) >>",
    ") >> /Launch << /F (calc.exe) >> (",
    "&lt;b&gt; &amp;amp; &#x3c;img src=x&#x3e;",
    '=HYPERLINK("http://127.0.0.1")',
    "string-set: school 'other'; content: attr(data-school)",
    "<table><tr><td><table>",
]

EVERYTHING = [*FETCHING, *MERELY_STRANGE]


class SocketOpened(AssertionError):
    """Something reached for the network."""


@contextmanager
def no_sockets() -> Iterator[list[str]]:
    """Refuse every socket and look-up, and keep the account."""
    opened: list[str] = []

    def refuse(*_: object, **__: object) -> None:
        opened.append("socket")
        raise SocketOpened

    with pytest.MonkeyPatch.context() as patch:
        for name in ("socket", "create_connection", "getaddrinfo", "gethostbyname", "socketpair"):
            patch.setattr(socket, name, refuse)
        yield opened
