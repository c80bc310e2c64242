$(info [$(filter-out main1.o main2.o,main1.o foo.o main2.o bar.o)] [$(filter-out %,a b)] [$(filter-out ,a b)])
all: ; @:
