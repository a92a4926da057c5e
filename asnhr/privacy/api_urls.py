from rest_framework.routers import SimpleRouter

from asnhr.privacy.api import DestructionResource, IncidentResource, OwnCopyResource

router = SimpleRouter()
router.register("own-copies", OwnCopyResource, "api-owncopy")
router.register("destructions", DestructionResource, "api-destruction")
router.register("incidents", IncidentResource, "api-incident")

urlpatterns = router.urls
