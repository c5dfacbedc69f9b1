"""The few pages that a browser sees while accounts are linked: both languages, no script."""

from html import escape

_STYLE = """
:root{color-scheme:light dark;--ink:#1b1d22;--quiet:#5d6470;--ground:#f4f5f7;--card:#fff;--accent:#1f6feb;
--line:#d9dde3}
@media (prefers-color-scheme:dark){:root{--ink:#f0f2f5;--quiet:#a3abb8;--ground:#0f1115;--card:#1a1d23;--accent:#5b9bff;
--line:#343a44}}
body{margin:0;min-height:100vh;display:grid;place-items:center;background:var(--ground);color:var(--ink);
font:18px/1.5 system-ui,-apple-system,"Noto Sans SC","PingFang SC",sans-serif}
main{background:var(--card);border-radius:20px;padding:32px;max-width:26rem;margin:16px;box-shadow:0 2px 24px #0002}
h1{font-size:1.35rem;margin:0 0 4px}p{margin:8px 0}.zh{color:var(--quiet)}label{display:block;margin:16px 0}
input{font:inherit;width:100%;box-sizing:border-box;padding:12px;border-radius:12px;border:1px solid var(--line);
background:var(--ground);color:inherit;letter-spacing:.15em}
button{font:inherit;width:100%;padding:14px;border:0;border-radius:14px;background:var(--accent);color:#fff;margin-top:12px}
a.back{display:block;text-align:center;padding:14px;border-radius:14px;background:var(--accent);color:#fff;
text-decoration:none;margin-top:20px}
button.no{background:none;color:var(--quiet)}a:focus-visible,button:focus-visible,input:focus-visible{
outline:3px solid var(--accent);
outline-offset:2px}
"""
Line = tuple[str, str]
"""The same sentence in English and in Chinese."""


def page(title: Line, *lines: Line, form: str = "", leads_to: str = "") -> bytes:
    """A whole page. `leads_to`: where the browser goes by itself."""
    on = f'<meta http-equiv="refresh" content="0;url={escape(leads_to)}">' if leads_to else ""
    told = "".join(
        f'<p>{escape(english)}</p><p class="zh" lang="zh">{escape(chinese)}</p>' for english, chinese in lines
    )
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{on}'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>{escape(title[0])}</title>'
        f"<style>{_STYLE}</style></head><body><main><h1>{escape(title[0])}</h1>"
        f'<p class="zh" lang="zh">{escape(title[1])}</p>{told}{form}</main></body></html>'
    )
    return html.encode("utf-8", "replace")


def way_back(path: str) -> str:
    """A link to the screen, for whoever came from it in the same window."""
    return f'<a class="back" href="{escape(path)}">Back to the screen · 回到小屏</a>'


def approval_form(fields: dict[str, str], *, needs_code: bool) -> str:
    """The buttons under "may it?"; with a field for a pairing code where nobody is known yet."""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in fields.items()
    )
    code = (
        '<label>Pairing code · 配对码<input name="pairing_code" inputmode="numeric" autocomplete="one-time-code" '
        'pattern="[0-9]{6}" maxlength="6" required></label>'
        if needs_code
        else ""
    )
    return (
        f'<form method="post" action="/oauth/authorize">{hidden}{code}'
        '<button name="decision" value="allow">Allow · 允许</button>'
        '<button class="no" name="decision" value="deny" formnovalidate>No · 拒绝</button></form>'
    )
