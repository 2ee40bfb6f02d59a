/// Two ends of a TLS connection in memory, and how their handshake ended.
#pragma once

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "engine/tls/context.h"

namespace riposte::tls::test {

class Meeting {
 public:
  Meeting(const Context& server, const Context& client)
      : server_(SSL_new(server.handle()), SSL_free), client_(SSL_new(client.handle()), SSL_free) {
    BIO* one = nullptr;
    BIO* other = nullptr;
    BIO_new_bio_pair(&one, 0, &other, 0);
    SSL_set_bio(server_.get(), one, one);
    SSL_set_bio(client_.get(), other, other);
    SSL_set_accept_state(server_.get());
    SSL_set_connect_state(client_.get());
  }

  /// Before the handshake.
  SSL* server() { return server_.get(); }
  SSL* client() { return client_.get(); }

  /// Both ends agree, also after the one has looked at what the other shows.
  bool agree() {
    constexpr int kRoundsMax = 10;
    bool fine = true;
    for (int round = 0; round < kRoundsMax && fine; ++round)
      fine = step(client_.get()) && step(server_.get());
    return fine && SSL_is_init_finished(server_.get()) == 1 && SSL_is_init_finished(client_.get()) == 1;
  }

 private:
  static bool step(SSL* end) {
    ERR_clear_error();
    const int done = SSL_do_handshake(end);
    const int why = SSL_get_error(end, done);
    return done == 1 || why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE;
  }

  std::unique_ptr<SSL, decltype(&SSL_free)> server_;
  std::unique_ptr<SSL, decltype(&SSL_free)> client_;
};

}  // namespace riposte::tls::test
