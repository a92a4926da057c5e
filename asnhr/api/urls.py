from django.urls import path
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.routers import SimpleRouter

from asnhr.api.calculators import CalculatorListView, CalculatorView
from asnhr.api.document import SchemaView
from asnhr.api.ground import IndexView, MeView, ParameterResource
from asnhr.api.imports import ImportResource
from asnhr.audit.api import AuditEntryResource, AuditProofResource, ObjectHistoryView

router = SimpleRouter()
router.register("parameters", ParameterResource, "api-parameter")
router.register("imports", ImportResource, "api-import")
router.register("audit-entries", AuditEntryResource, "api-auditentry")
router.register("audit-proofs", AuditProofResource, "api-auditproof")

# What the page reads: the form that is committed, which no process has to make first.
READ = "/api/v1/schema/?format=yaml"

urlpatterns = [
    path("", IndexView.as_view(), name="api-index"),
    path("schema/", SchemaView.as_view(), name="schema"),
    path("schema/swagger/", SpectacularSwaggerSplitView.as_view(url=READ), name="schema-swagger"),
    path("calculators/", CalculatorListView.as_view(), name="api-calculator-list"),
    path("calculators/<slug:code>/", CalculatorView.as_view(), name="api-calculator"),
    path("history/<slug:table>/<int:pk>/", ObjectHistoryView.as_view(), name="api-history"),
    path("me/", MeView.as_view(), name="api-me"),
    *router.urls,
]
