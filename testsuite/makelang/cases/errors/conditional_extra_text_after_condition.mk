ifeq (a,a) extra
v = yes
endif
all: ; @echo [$(v)]
