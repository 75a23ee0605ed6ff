from django import forms


class AdoptForm(forms.Form):
    """Taking a new version of the policy file into use."""

    version = forms.CharField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label="采用的理由", max_length=150, help_text="写明依据，例如：县政府〔2024〕××号文件把资助标准改为……。"
    )
