"""Addresses of a payer's pages."""

from django.urls import path

from fees import views

urlpatterns = [
    path("orders/<uuid:uuid>/", views.order_page, name="order_page"),
    path("orders/<uuid:uuid>/voucher/", views.order_voucher, name="order_voucher"),
    path("orders/<uuid:uuid>/invoice/", views.order_invoice, name="order_invoice"),
    path("orders/<uuid:uuid>/members/", views.order_members, name="order_members"),
    path("vouchers/<int:pk>/", views.voucher_file, name="voucher_file"),
]
