"""The form of an item. It applies the rules of the catalogue."""

from typing import Any

from django import forms

from ..catalogue import ItemRow, clean_text, refusal


class ItemForm(forms.ModelForm):
    def clean_alternatives(self) -> list[str]:
        return self._texts("alternatives")

    def clean_tags(self) -> list[str]:
        return self._texts("tags")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        texts = {name: clean_text(cleaned.get(name, "")) for name in ("prompt", "answer")}
        row = ItemRow(
            key=cleaned["key"],
            prompt=texts["prompt"],
            answer=texts["answer"],
            alternatives=tuple(cleaned["alternatives"]),
            explanation=cleaned.get("explanation", ""),
            tags=tuple(cleaned.get("tags", ())),
            type=cleaned["type"],
        )
        if reason := refusal(row):
            raise forms.ValidationError(f"The catalogue refuses this item: {reason}.")
        return {**cleaned, **texts}

    def _texts(self, name: str) -> list[str]:
        given = self.cleaned_data[name] or []
        if not isinstance(given, list) or not all(isinstance(text, str) for text in given):
            raise forms.ValidationError('A list of texts, such as ["el coche", "el auto"].')
        return [clean_text(text) for text in given]
