MAKEFLAGS += -rR
$(info read: [$(flavor CC)] [$(flavor RM)])
all: ; @echo run: [$(origin CC)] [$(origin RM)] [$(MAKEFLAGS)]
