using System.Threading.Channels;

namespace Assay.Engine.Language.Generation;

/// <summary>The tokens of an answer as they are made. One reader; a slow one makes its own answer wait and nobody else's.</summary>
public sealed class GenerationStream : AnswerStream
{
    private readonly Channel<GeneratedToken> channel = Channel.CreateUnbounded<GeneratedToken>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly int most;
    private int buffered;

    /// <param name="most">Tokens that may wait to be read before the answer pauses.</param>
    /// <param name="stirred">Called where the generator should look again: the reader left, or there is room again.</param>
    internal GenerationStream(int most, Action<AnswerStream> stirred, CancellationToken cancel) : base(stirred, cancel) => this.most = most;

    /// <summary>Tokens of the prompt that were there already from an earlier one and not computed again. Known from the first token on.</summary>
    public int ReusedTokens { get; internal set; }

    internal override bool IsPaused => Volatile.Read(ref buffered) >= most;

    /// <summary>The tokens of all choices; those of one choice in order, the last of each with its <see cref="GeneratedToken.Finish"/>.</summary>
    /// <exception cref="OperationCanceledException">The answer was broken off: what was made before came first.</exception>
    public async IAsyncEnumerable<GeneratedToken> ReadAllAsync()
    {
        while (await channel.Reader.WaitToReadAsync().ConfigureAwait(false))
            while (channel.Reader.TryRead(out var token))
            {
                // Below half, so that a reader that keeps pace does not wake the generator with every token.
                if (Interlocked.Decrement(ref buffered) == most / 2)
                    Stir();
                yield return token;
            }
    }

    internal void Write(GeneratedToken token)
    {
        Interlocked.Increment(ref buffered);
        channel.Writer.TryWrite(token);
    }

    private protected override void End(Exception? failure) => channel.Writer.TryComplete(failure);
}
