# env: MAKEFILES=pre.mk nothing.mk
# file: pre.mk|$(info pre read) 
# file: pre.mk|pre-goal: ; @echo not the default goal
all: ; @echo $(MAKEFILE_LIST)
