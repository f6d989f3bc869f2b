"""What languages are called by those who read them: a parent looks for the word in their own script."""

OWN_NAMES: dict[str, str] = {
    "en": "English", "ar": "العربية", "bn": "বাংলা", "zh": "中文", "cs": "Čeština", "fr": "Français", "de": "Deutsch",
    "gu": "ગુજરાતી", "hi": "हिन्दी", "hu": "Magyar", "it": "Italiano", "lt": "Lietuvių", "ne": "नेपाली", "fa": "فارسی",
    "pl": "Polski", "pt": "Português", "pa": "ਪੰਜਾਬੀ", "ro": "Română", "ru": "Русский", "so": "Soomaali",
    "es": "Español", "ta": "தமிழ்", "tr": "Türkçe", "uk": "Українська", "ur": "اردو", "vi": "Tiếng Việt",
    "cy": "Cymraeg", "yo": "Yorùbá",
}  # fmt: skip
