"""Everything about agreements."""

from aup.routes import asking, editing, keeping, policy, signing

app_name = "aup"

urlpatterns = [
    *policy.patterns,
    *editing.patterns,
    *signing.patterns,
    *asking.patterns,
    *keeping.patterns,
]
