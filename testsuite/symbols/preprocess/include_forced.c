//args: -include include/plain.h -include ./include/level.h -D A=1
A __INCLUDE_LEVEL__ LEVEL
