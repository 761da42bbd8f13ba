"""Django's admin of users and groups, styled by unfold like the other pages."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from analytics.admin_base import NamesWhoActs

from .person_actions import erase_person, export_person

admin.site.unregister(User)
admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(NamesWhoActs, DjangoUserAdmin, ModelAdmin):
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "is_active", "is_staff", "date_joined", "last_login")
    show_full_result_count = False
    actions = [export_person, erase_person]


@admin.register(Group)
class GroupAdmin(NamesWhoActs, DjangoGroupAdmin, ModelAdmin):
    pass
