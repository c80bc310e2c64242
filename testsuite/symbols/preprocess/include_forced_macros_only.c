//args: -imacros include/names.h -include include/plain.h
NAMES_H_WAS_READ
