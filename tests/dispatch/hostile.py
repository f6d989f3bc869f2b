"""Addresses by which people try to reach more recipients, or more headers, than one."""

_BREAKS = ("\r\n", "\n", "\r", "\r\n ", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029", "\x00", "%0d%0a", "\\r\\n")
_HEADERS = (
    "Bcc: evil@attacker.example.org", "Cc: evil@attacker.example.org", "To: evil@attacker.example.org",
    "Subject: Sam Reed", "Content-Type: text/html", "Reply-To: evil@attacker.example.org", "\r\n<script>", "X: y",
)  # fmt: skip
_SHAPES = (
    "officer@council.example.org{break_}{header}",
    "officer{break_}{header}@council.example.org",
    "{header}{break_}officer@council.example.org",
    "officer@council.example.org{break_}{header}@council.example.org",
    "officer@{break_}{header}council.example.org",
)
_ODD = (
    "", " ", "@", "officer", "officer@", "@council.example.org", "officer@localhost", "officer@127.0.0.1",
    "officer@[127.0.0.1]", "officer@council.example.org,evil@attacker.example.org",
    "officer@council.example.org;evil@attacker.example.org", "officer@council.example.org evil@attacker.example.org",
    "Officer <officer@council.example.org>", "<officer@council.example.org>",
    "officer@council.example.org>,<evil@attacker.example.org", "\"a b\"@council.example.org",
    "\"evil@attacker.example.org\"@council.example.org", "evil%attacker.example.org@council.example.org",
    "attacker.example.org!evil@council.example.org", "@attacker.example.org:officer@council.example.org",
    "officer@council.example.org(evil)", "officer(evil)@council.example.org", "officer@council..example.org",
    ".officer@council.example.org", "officer.@council.example.org", "of..ficer@council.example.org",
    "officer@-council.example.org", "officer@council-.example.org", "officer@council.example.org.",
    "officer@council_x.example.org", "officer@council.123", "=?utf-8?q?officer?=@council example.org",
    "=?utf-8?b?ZXZpbA==?= <officer@council.example.org>", "öfficer@council.example.org",
    "officer@coun\u200bcil .example.org", "\u202eofficer@council.example.org", "officer\u200d@council.example.org",
    "undisclosed-recipients:;", "group:officer@council.example.org;", "a" * 65 + "@council.example.org",
    "officer@" + "a" * 64 + ".example.org", "officer@" + "a." * 130 + "example.org", "officer@council.example.org\t",
    " officer@council.example.org", "officer@council.example.org ", "|/bin/sh@council .example.org", "-oQ/tmp@",
)  # fmt: skip
HOSTILE_ADDRESSES = (
    *(shape.format(break_=break_, header=header) for shape in _SHAPES for break_ in _BREAKS for header in _HEADERS),
    *_ODD,
)
