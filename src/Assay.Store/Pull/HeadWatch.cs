using Assay.Engine.Models;
using Assay.Engine.Models.Language;
using Microsoft.Win32.SafeHandles;

namespace Assay.Store.Pull;

/// <summary>Looks at the beginning of a file as it arrives, so that a model that cannot be run is refused before all of it is here.</summary>
internal sealed class HeadWatch(string name)
{
    private const int First = 1 << 16;

    private long next = ModelHead.Says(name) ? First : long.MaxValue;

    /// <param name="length">Bytes that are here.</param>
    /// <param name="isWhole">Whether these are all.</param>
    /// <exception cref="ModelException">It cannot be run here.</exception>
    public void Look(SafeFileHandle file, long length, bool isWhole = false)
    {
        if (next == long.MaxValue || (length < next && !isWhole))
            return;
        var beginning = new byte[Math.Min(length, ModelHead.Most)];
        var at = 0;
        for (int read; at < beginning.Length && (read = RandomAccess.Read(file, beginning.AsSpan(at), at)) > 0;)
            at += read;
        // A header that is cut off is looked at again when there is twice as much of it.
        next = ModelHead.Check(name, beginning.AsMemory(0, at)) || length >= ModelHead.Most ? long.MaxValue : 2 * length;
    }
}
