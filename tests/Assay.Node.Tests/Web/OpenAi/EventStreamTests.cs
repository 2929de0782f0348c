using Assay.Engine.Language.Generation;
using Assay.Node.Tests.Language;
using Assay.Node.Web.OpenAi;
using Assay.Providers.Language;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Assay.Node.Tests.Web.OpenAi;

/// <summary>A stream whose comment cannot be written while a token is being read.</summary>
public class EventStreamTests
{
    private static readonly NodeOptions Soon = new() { StreamSilence = TimeSpan.FromMilliseconds(1) };

    [Fact]
    public async Task A_comment_that_cannot_be_written_ends_the_read_that_is_under_way_before_its_source_is_let_go()
    {
        using var caller = new DeafCaller();
        var said = new List<string>();
        async IAsyncEnumerable<int> Source()
        {
            try
            {
                yield return 1;
                // What comes only when the caller is known to be gone.
                await Task.Delay(Timeout.Infinite, caller.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                said.Add("read");
                yield return 2;
            }
            finally
            {
                said.Add("let go");
            }
        }
        var got = new List<int>();
        var failed = await Assert.ThrowsAsync<IOException>(async () =>
        {
            await foreach (var number in new EventStream(caller.Http, Soon).OrSilenceAsync(Source()))
                got.Add(number);
        });
        Assert.Equal("deaf", failed.Message);
        Assert.Equal([1], got);
        Assert.Equal(["read", "let go"], said);
    }

    [Fact]
    public async Task The_answer_of_such_a_stream_is_void_with_every_token_that_was_read()
    {
        await using var tiny = await TinyNode.OpenAsync(generator: new GeneratorOptions { MaxRunning = 1 }, context: 1024, options: o => o with { StreamSilence = Soon.StreamSilence });
        // While one answer has the only place, another waits for its first token.
        await using var ahead = await tiny.BeginAsync($$"""{"prompt":[3,4],"max_tokens":1000,"temperature":1,"logit_bias":{{tiny.NoEnd}}}""");
        using (var caller = new DeafCaller())
        {
            await using var answer = await tiny.BeginAsync($$"""{"prompt":[3,5],"max_tokens":50,"temperature":1,"logit_bias":{{tiny.NoEnd}}}""", cancel: caller.RequestAborted);
            await Assert.ThrowsAsync<IOException>(async () =>
            {
                await foreach (var _ in new EventStream(caller.Http, tiny.Node.Options).OrSilenceAsync(Late()))
                {
                }
            });
            // Tokens may come at once, where the answer ahead makes room by not being read: silence there is all the same.
            async IAsyncEnumerable<object> Late()
            {
                await foreach (var token in answer.ReadAllAsync())
                {
                    await Task.Delay(Timeout.Infinite, caller.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);
                    yield return token;
                }
            }
            Assert.True(caller.RequestAborted.IsCancellationRequested);
        }
        await ahead.DisposeAsync();
        await tiny.AnswerAsync("""{"prompt":[3,4,5],"max_tokens":5}""");
        var all = (await tiny.AllAsync()).Select(b => (TinyNode.ParametersOf(b), Replayed: tiny.ReplayAsync(b))).ToList();
        Assert.Equal([0UL, 1UL, 2UL], all.Select(a => a.Item1.Ticket).Order());
        Assert.Equal(2, all.Count(a => a.Item1.Void == VoidReason.Cancelled));
        foreach (var (_, replayed) in all)
            Assert.Equal(Assay.Providers.ReplayStatus.Reproduced, (await replayed).Status);
    }

    /// <summary>One to whom nothing can be written, and who is gone once the connection is given up.</summary>
    private sealed class DeafCaller : Stream, IHttpRequestLifetimeFeature
    {
        private readonly CancellationTokenSource gone = new();

        public DeafCaller()
        {
            Http.Response.Body = this;
            Http.Features.Set<IHttpRequestLifetimeFeature>(this);
        }

        public HttpContext Http { get; } = new DefaultHttpContext();

        public CancellationToken RequestAborted
        {
            get => gone.Token;
            set => throw new NotSupportedException();
        }

        public void Abort() => gone.Cancel();

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("deaf");

        public override bool CanRead => false;

        public override bool CanSeek => false;

        public override bool CanWrite => true;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override void Flush() => throw new NotSupportedException();

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        protected override void Dispose(bool disposing)
        {
            gone.Dispose();
            base.Dispose(disposing);
        }
    }
}
