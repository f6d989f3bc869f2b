"""A plain form that asks what the product's report asks: the same fields, the same number of boxes."""

from django import forms

LOCATIONS = [("in_setting", "In the setting"), ("outside_setting", "Outside the setting")]
INVOLVED = [("child", "Child"), ("staff", "Staff"), ("other", "Other")]
TYPES = [(f"type_{number}", f"Type of incident {number}") for number in range(12)]
KINDS = [("pupil", "Pupil"), ("staff", "Staff"), ("other", "Other")]
PARTS = [("subject", "Subject"), ("affected", "Affected"), ("witness", "Witness"), ("reporter", "Reporter")]


class ReportForm(forms.Form):
    """Fifteen fields and one person."""

    happened_on = forms.DateField()
    happened_at = forms.TimeField(required=False)
    location = forms.ChoiceField(choices=LOCATIONS, widget=forms.RadioSelect)
    reported_by = forms.CharField(max_length=200, required=False)
    involved = forms.MultipleChoiceField(choices=INVOLVED, widget=forms.CheckboxSelectMultiple)
    involved_other = forms.CharField(max_length=200, required=False)
    types = forms.MultipleChoiceField(choices=TYPES, widget=forms.CheckboxSelectMultiple)
    types_other = forms.CharField(max_length=200, required=False)
    description = forms.CharField(max_length=20_000, widget=forms.Textarea)
    specific_action = forms.CharField(max_length=20_000, widget=forms.Textarea, required=False)
    immediate_risk = forms.BooleanField(required=False)
    safeguarding = forms.BooleanField(required=False)
    sexual_images = forms.BooleanField(required=False)
    illegal_material = forms.BooleanField(required=False)
    name = forms.CharField(max_length=200, required=False)
    group = forms.CharField(max_length=100, required=False)
    kind = forms.ChoiceField(choices=KINDS, required=False)
    part = forms.ChoiceField(choices=PARTS, required=False)
