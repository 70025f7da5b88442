"""The pages: results to readers; nothing here computes a statistic."""
