/* While the file named by FAIL_FSYNC_WHILE is there, every fsync and fdatasync answers EIO. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static int answer(int descriptor, const char *name) {
    const char *given = getenv("FAIL_FSYNC_WHILE");
    if (given && access(given, F_OK) == 0) {
        errno = EIO;
        return -1;
    }
    return ((int (*)(int))dlsym(RTLD_NEXT, name))(descriptor);
}

int fsync(int descriptor) { return answer(descriptor, "fsync"); }
int fdatasync(int descriptor) { return answer(descriptor, "fdatasync"); }
