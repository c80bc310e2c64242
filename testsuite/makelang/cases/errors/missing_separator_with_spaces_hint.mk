all:
        @echo eight spaces instead of a tab
