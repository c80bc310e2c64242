#include <stdio.h>
#include <stdlib.h>

char separator(void);

int main(int count, char **words)
{
	int limit = count > 1 ? atoi(words[1]) : 1;

	for (int i = 0; i < limit; i++)
		printf("%d%c\n", i * i, separator());
	return 0;
}
