#include "engine/framing/listening.h"

#include <stdexcept>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

namespace riposte::framing {
namespace {

using boost::asio::ip::tcp;

struct ListeningTest : testing::Test {
  boost::asio::io_context io;
  tcp::acceptor acceptor{io};
  const tcp::endpoint any_port{boost::asio::ip::address_v4::loopback(), 0};
};

TEST_F(ListeningTest, LetsInWhoComesUntilThePortIsClosed) {
  ASSERT_FALSE(listen_on(acceptor, any_port));
  int came = 0;
  const LetIn let_in = [&](const tcp::socket& guest) {
    EXPECT_TRUE(guest.is_open());
    if (++came == 2) acceptor.close();
  };
  boost::asio::co_spawn(io, accept_all(acceptor, let_in), boost::asio::detached);
  tcp::socket first(io);
  tcp::socket second(io);
  first.connect(acceptor.local_endpoint());
  second.connect(acceptor.local_endpoint());
  run_all(io, "the test");
  EXPECT_EQ(came, 2);
}

TEST_F(ListeningTest, TellsThatAPortIsTaken) {
  ASSERT_FALSE(listen_on(acceptor, any_port));
  tcp::acceptor other(io);
  EXPECT_EQ(listen_on(other, acceptor.local_endpoint()), boost::asio::error::address_in_use);
}

TEST_F(ListeningTest, GoesOnAfterAnException) {
  bool went_on = false;
  boost::asio::post(io, [] { throw std::runtime_error("thrown on purpose"); });
  boost::asio::post(io, [&] { went_on = true; });
  run_all(io, "the test");
  EXPECT_TRUE(went_on);
}

}  // namespace
}  // namespace riposte::framing
