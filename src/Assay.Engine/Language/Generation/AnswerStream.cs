namespace Assay.Engine.Language.Generation;

/// <summary>The way back to whoever asked: what they can do about an answer under way, and how it ends.</summary>
public abstract class AnswerStream : IDisposable
{
    private readonly Action<AnswerStream> stirred;
    private readonly CancellationTokenRegistration registration;
    private volatile bool cancelled;

    /// <param name="stirred">Called where the generator should look again.</param>
    private protected AnswerStream(Action<AnswerStream> stirred, CancellationToken cancel)
    {
        this.stirred = stirred;
        registration = cancel.Register(static s => ((AnswerStream)s!).Cancel(), this);
    }

    /// <summary>Whether the caller has left, or never wanted more.</summary>
    public bool IsCancelled => cancelled;

    /// <summary>Whether the answer waits for its reader.</summary>
    internal abstract bool IsPaused { get; }

    /// <summary>Breaks the answer off: nothing more is made of it.</summary>
    public void Cancel()
    {
        cancelled = true;
        Stir();
    }

    /// <summary>As <see cref="Cancel"/>; nothing happens where the answer is complete.</summary>
    public void Dispose()
    {
        Cancel();
        registration.Dispose();
    }

    /// <summary>Nothing more comes. A second time nothing happens.</summary>
    internal void Complete(Exception? failure = null)
    {
        registration.Unregister();
        End(failure);
    }

    private protected void Stir() => stirred(this);

    private protected abstract void End(Exception? failure);
}
