MAKEFLAGS += v=set
$(info [$(v)])
all: ; @echo [$(v)] [$(MAKEFLAGS)]
