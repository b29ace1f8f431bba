// Broken on purpose: the library is made to read a block that was freed. A sanitizer that doesn't find this finds nothing.
#include <gabion.h>
#include <stdlib.h>

int main(void) {
    char *block = calloc(9, 1);
    gabion_bytes rows = {block, 9}, key, value;
    free(block);
    return gabion_rows_next(&rows, &key, &value) ? 0 : 1;
}
