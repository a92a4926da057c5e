from rest_framework.routers import SimpleRouter

from asnhr.privacy.api import DestructionResource, HoldResource, IncidentResource, OwnCopyResource

router = SimpleRouter()
router.register("own-copies", OwnCopyResource, "api-owncopy")
router.register("destructions", DestructionResource, "api-destruction")
router.register("legal-holds", HoldResource, "api-legalhold")
router.register("incidents", IncidentResource, "api-incident")

urlpatterns = router.urls
