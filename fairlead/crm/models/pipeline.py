"""Pipelines and their stages: how an organization sells, as rows of its own."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from fairlead.foundation.clock import now
from fairlead.tenancy.models import OrgForeignKey, Record

KINDS = ("open", "won", "lost")


class Pipeline(Record):
    """Stages in their order. One of the organization's is the default, in which an opportunity begins."""

    name = models.CharField(max_length=100)
    is_default = models.BooleanField(default=False)
    updated_on = models.DateTimeField(default=now)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(name=""), name="pipeline_has_name"),
            models.UniqueConstraint("org", Lower("name"), name="pipeline_name_once"),
            models.UniqueConstraint(
                fields=["org"], condition=Q(is_default=True), name="pipeline_one_default"
            ),
        ]


class Stage(Record):
    """A step of a pipeline. `probability` is in percent; an opportunity rots once it has stood here `rotting_days`."""

    pipeline = OrgForeignKey(Pipeline, models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=100)
    probability = models.PositiveSmallIntegerField()
    color = models.CharField(max_length=7, blank=True)
    kind = models.CharField(max_length=4, default="open")
    rotting_days = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["org", "pipeline", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="stage_position_once",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="stage_has_name"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="stage_kind_known"),
            models.CheckConstraint(
                condition=Q(probability__lte=100)
                & (~Q(kind="won") | Q(probability=100))
                & (~Q(kind="lost") | Q(probability=0)),
                name="stage_probability_fits",
            ),
        ]
