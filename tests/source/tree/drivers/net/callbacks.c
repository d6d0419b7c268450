struct request { void (*cb)(struct request *request); };
void finish(struct request *request) { request->cb(request); }
