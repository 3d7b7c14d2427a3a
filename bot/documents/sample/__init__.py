"""One real day of papers, summarized in English and in Chinese, for trying the bot without a source."""
