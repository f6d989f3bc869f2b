"""What a service administrator can do about PDFs that could not be made. Nobody of a school is named."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from audit.traces import untraced
from dispatch.issuing import draw_again as have_drawn_again
from schools.views.guard import ServiceRequest, service_page


@untraced("a number", writes=("document.asked_again",))
@service_page(methods=("POST",))
def draw_again(request: ServiceRequest) -> HttpResponse:
    """Have everything drawn again that was given up."""
    count = have_drawn_again(by=request.administrator)
    if count:
        messages.success(request, f"{count} asked for again. Whatever fails again is shown here again.")
    return redirect("service:schools")
