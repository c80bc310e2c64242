all:
	
	  
	@echo done
