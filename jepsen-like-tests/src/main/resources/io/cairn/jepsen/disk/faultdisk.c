/*
 * Preloaded into a node (LD_PRELOAD): makes writes and syncs of files below one folder fail, stand still or take longer, as a file says that
 * both sides have mapped. All other files, and sockets, are left alone. FaultDisk.java is the other side; the layout must be the same in both.
 *
 *   CAIRN_FAULT_DIRECTORY  the folder, without symbolic links in its path and without a '/' at its end
 *   CAIRN_FAULT_CONTROL    the file, of CONTROL_BYTES; it is looked at before each call, so a word takes effect at once
 *
 * What is intercepted is what the JDK's FileChannel and RocksDB call by name, except for ftruncate and rename. A call that is made to fail
 * does nothing to the file. Unlike a kernel's failed fsync it does not drop what was to be synced: losing that is left to LoopDisk.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define CONTROL_BYTES 4096
#define PATH_AT 1024
#define PATH_BYTES 1024
#define POLL_NANOS 1000000L
#define NANOS_PER_SECOND 1000000000L
#define NANOS_PER_MICRO 1000L

/* Words of 64 bits from the file's beginning. "Seen" are counts of calls on the folder's files, failed ones included. */
struct control {
  _Atomic int64_t attached;
  _Atomic int64_t syncs_seen;
  _Atomic int64_t writes_seen;
  /* The first call, counted from 1, that fails, and how many do from there on; 0 for none. */
  _Atomic int64_t sync_fails_at;
  _Atomic int64_t sync_fails;
  _Atomic int64_t sync_errno;
  _Atomic int64_t write_fails_at;
  _Atomic int64_t write_fails;
  _Atomic int64_t write_errno;
  /* While not 0 no sync begins. */
  _Atomic int64_t syncs_stand_still;
  /* Added to each call. */
  _Atomic int64_t sync_micros;
  _Atomic int64_t write_micros;
  /* Each call takes so many times as long as it would; 0 and 1 change nothing. */
  _Atomic int64_t factor;
  /* Told by this side. */
  _Atomic int64_t failed;
  _Atomic int64_t failed_operation;
  _Atomic int64_t standing_still;
};

enum operation { WRITE = 1, PWRITE, WRITEV, PWRITEV, ALLOCATE, FSYNC, FDATASYNC, SYNC_RANGE };

static struct control *control;
static const char *folder;
static size_t folder_length;
static int (*next_posix_fallocate)(int, off_t, off_t);

__attribute__((constructor)) static void attach(void) {
  folder = getenv("CAIRN_FAULT_DIRECTORY");
  const char *file = getenv("CAIRN_FAULT_CONTROL");
  next_posix_fallocate = (int (*)(int, off_t, off_t)) dlsym(RTLD_NEXT, "posix_fallocate");
  if (folder == NULL || file == NULL) {
    return;
  }
  folder_length = strlen(folder);
  int fd = open(file, O_RDWR | O_CLOEXEC);
  void *mapped = fd < 0 ? MAP_FAILED : mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (mapped == MAP_FAILED) {
    /* A run without its faults would look like one that stood them. */
    fprintf(stderr, "faultdisk: %s cannot be mapped: %s\n", file, strerror(errno));
    abort();
  }
  close(fd);
  control = mapped;
  atomic_fetch_add(&control->attached, 1);
}

/* Whether the file lies below the folder, or is it; its path then is in path. */
static int is_ours(int fd, char *path) {
  if (control == NULL) {
    return 0;
  }
  int before = errno;
  char link[32];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, PATH_BYTES - 1);
  errno = before;
  if (length < (ssize_t) folder_length || memcmp(path, folder, folder_length) != 0) {
    return 0;
  }
  path[length] = 0;
  return path[folder_length] == 0 || path[folder_length] == '/';
}

static int64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * NANOS_PER_SECOND + time.tv_nsec;
}

static void wait_nanos(int64_t nanos) {
  int before = errno;
  struct timespec left = {nanos / NANOS_PER_SECOND, nanos % NANOS_PER_SECOND};
  while (nanos > 0 && nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
  errno = before;
}

/* Whether the call with this number is to fail; then errno says how. */
static int fails(int64_t number, int64_t at, int64_t count, int64_t error, enum operation operation, const char *path) {
  if (at == 0 || number < at || number - at >= count) {
    return 0;
  }
  if (atomic_fetch_add(&control->failed, 1) == 0) {
    atomic_store(&control->failed_operation, operation);
    memcpy((char *) control + PATH_AT, path, strlen(path) + 1);
  }
  errno = (int) error;
  return 1;
}

/* A call that is let through. */
struct call {
  int ours;
  int64_t began;
};

/* Takes what is added to a write; returns whether it fails. */
static int write_fails(int fd, enum operation operation, struct call *call) {
  char path[PATH_BYTES];
  call->ours = is_ours(fd, path);
  if (!call->ours) {
    return 0;
  }
  int64_t number = atomic_fetch_add(&control->writes_seen, 1) + 1;
  wait_nanos(atomic_load(&control->write_micros) * NANOS_PER_MICRO);
  call->began = now();
  return fails(number, control->write_fails_at, control->write_fails, control->write_errno, operation, path);
}

/* The same of a sync, which may stand still first. */
static int sync_fails(int fd, enum operation operation, struct call *call) {
  char path[PATH_BYTES];
  call->ours = is_ours(fd, path);
  if (!call->ours) {
    return 0;
  }
  int64_t number = atomic_fetch_add(&control->syncs_seen, 1) + 1;
  if (atomic_load(&control->syncs_stand_still) != 0) {
    atomic_fetch_add(&control->standing_still, 1);
    while (atomic_load(&control->syncs_stand_still) != 0) {
      wait_nanos(POLL_NANOS);
    }
    atomic_fetch_sub(&control->standing_still, 1);
  }
  wait_nanos(atomic_load(&control->sync_micros) * NANOS_PER_MICRO);
  call->began = now();
  return fails(number, control->sync_fails_at, control->sync_fails, control->sync_errno, operation, path);
}

/* After the call itself: makes it as long as it is to be, and gives its result back. */
static long over(const struct call *call, long result) {
  int64_t factor = call->ours ? atomic_load(&control->factor) : 0;
  if (factor > 1) {
    wait_nanos((factor - 1) * (now() - call->began));
  }
  return result;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  struct call call;
  return write_fails(fd, WRITE, &call) ? -1 : over(&call, syscall(SYS_write, fd, bytes, count));
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  struct call call;
  return write_fails(fd, WRITEV, &call) ? -1 : over(&call, syscall(SYS_writev, fd, parts, count));
}

ssize_t pwrite(int fd, const void *bytes, size_t count, off_t at) {
  struct call call;
  return write_fails(fd, PWRITE, &call) ? -1 : over(&call, syscall(SYS_pwrite64, fd, bytes, count, at));
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  return pwrite(fd, bytes, count, at);
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t at) {
  struct call call;
  return write_fails(fd, PWRITEV, &call) ? -1 : over(&call, syscall(SYS_pwritev, fd, parts, count, at, 0L));
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off64_t at) {
  return pwritev(fd, parts, count, at);
}

int fallocate(int fd, int mode, off_t at, off_t length) {
  struct call call;
  return write_fails(fd, ALLOCATE, &call) ? -1 : (int) over(&call, syscall(SYS_fallocate, fd, mode, at, length));
}

int fallocate64(int fd, int mode, off64_t at, off64_t length) {
  return fallocate(fd, mode, at, length);
}

/* Returns the error instead of setting it. */
int posix_fallocate(int fd, off_t at, off_t length) {
  struct call call;
  int before = errno;
  if (write_fails(fd, ALLOCATE, &call)) {
    int error = errno;
    errno = before;
    return error;
  }
  return (int) over(&call, next_posix_fallocate(fd, at, length));
}

int posix_fallocate64(int fd, off64_t at, off64_t length) {
  return posix_fallocate(fd, at, length);
}

int fsync(int fd) {
  struct call call;
  return sync_fails(fd, FSYNC, &call) ? -1 : (int) over(&call, syscall(SYS_fsync, fd));
}

int fdatasync(int fd) {
  struct call call;
  return sync_fails(fd, FDATASYNC, &call) ? -1 : (int) over(&call, syscall(SYS_fdatasync, fd));
}

/* Without flags it asks for nothing: RocksDB tries so, at each new file, whether the call is there. */
int sync_file_range(int fd, off64_t at, off64_t length, unsigned int flags) {
  struct call call;
  if (flags == 0) {
    return (int) syscall(SYS_sync_file_range, fd, at, length, flags);
  }
  return sync_fails(fd, SYNC_RANGE, &call) ? -1 : (int) over(&call, syscall(SYS_sync_file_range, fd, at, length, flags));
}
