using System.Threading.Channels;

namespace Assay.Engine.Language.Generation;

/// <summary>The tokens of an answer as they are made. One reader; a slow one makes its own answer wait and nobody else's.</summary>
public sealed class GenerationStream : IDisposable
{
    private readonly Channel<GeneratedToken> channel = Channel.CreateUnbounded<GeneratedToken>(
        new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });

    private readonly Action<GenerationStream> stirred;
    private readonly int most;
    private readonly CancellationTokenRegistration registration;
    private int buffered;
    private volatile bool cancelled;

    /// <param name="most">Tokens that may wait to be read before the answer pauses.</param>
    /// <param name="stirred">Called where the generator should look again: the reader left, or there is room again.</param>
    internal GenerationStream(int most, Action<GenerationStream> stirred, CancellationToken cancel)
    {
        (this.most, this.stirred) = (most, stirred);
        registration = cancel.Register(static s => ((GenerationStream)s!).Cancel(), this);
    }

    /// <summary>Tokens of the prompt that were there already from an earlier one and not computed again. Known from the first token on.</summary>
    public int ReusedTokens { get; internal set; }

    /// <summary>Whether the reader has left, or never wanted more.</summary>
    public bool IsCancelled => cancelled;

    internal bool IsPaused => Volatile.Read(ref buffered) >= most;

    /// <summary>The tokens of all choices; those of one choice in order, the last of each with its <see cref="GeneratedToken.Finish"/>.</summary>
    /// <exception cref="OperationCanceledException">The answer was broken off: what was made before came first.</exception>
    public async IAsyncEnumerable<GeneratedToken> ReadAllAsync()
    {
        while (await channel.Reader.WaitToReadAsync().ConfigureAwait(false))
            while (channel.Reader.TryRead(out var token))
            {
                // Below half, so that a reader that keeps pace does not wake the generator with every token.
                if (Interlocked.Decrement(ref buffered) == most / 2)
                    stirred(this);
                yield return token;
            }
    }

    /// <summary>Breaks the answer off: nothing more is made of it.</summary>
    public void Cancel()
    {
        cancelled = true;
        stirred(this);
    }

    /// <summary>As <see cref="Cancel"/>; nothing happens where the answer is complete.</summary>
    public void Dispose()
    {
        Cancel();
        registration.Dispose();
    }

    internal void Write(GeneratedToken token)
    {
        Interlocked.Increment(ref buffered);
        channel.Writer.TryWrite(token);
    }

    internal void Complete(Exception? failure = null)
    {
        registration.Unregister();
        channel.Writer.TryComplete(failure);
    }
}
