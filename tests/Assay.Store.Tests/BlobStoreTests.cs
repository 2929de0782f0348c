using Assay.Verify.Crypto;

namespace Assay.Store.Tests;

public sealed class BlobStoreTests : IDisposable
{
    private static readonly byte[] Bytes = [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)(i * 31 >> 3))];

    private readonly TemporaryFolder folder = new();
    private readonly BlobStore blobs;

    public BlobStoreTests() => blobs = new BlobStore(folder["blobs"]);

    public void Dispose() => folder.Dispose();

    [Fact]
    public void What_goes_in_comes_out_under_its_digest()
    {
        var (digest, size) = blobs.Add(new MemoryStream(Bytes));
        Assert.Equal((Sha256.Of(Bytes), Bytes.LongLength), (digest, size));
        Assert.Equal(Bytes, blobs.Read(digest));
        Assert.True(blobs.Contains(digest));
        Assert.Equal(Bytes, File.ReadAllBytes(PathOf(digest)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1 << 20)]
    [InlineData((1 << 20) + 1)]
    public void Any_length_goes_in(int length)
    {
        var (digest, size) = blobs.Add(new Trickle(Bytes[..length]));
        Assert.Equal(length, size);
        Assert.Equal(Bytes[..length], blobs.Read(digest));
    }

    [Fact]
    public void Same_bytes_twice_are_one_blob()
    {
        var first = blobs.Add(new MemoryStream(Bytes));
        Assert.Equal(first, blobs.Add(new MemoryStream(Bytes)));
        Assert.Equal([first.Digest], blobs.All());
    }

    [Fact]
    public void Blob_that_is_not_there_is_named()
    {
        var e = Assert.Throws<StoreException>(() => blobs.Read(Sha256.Of([1])));
        Assert.Equal(StoreFault.NotFound, e.Fault);
        Assert.Contains(Sha256.Of([1]).ToHex(), e.Message, StringComparison.Ordinal);
        Assert.False(blobs.Contains(Sha256.Of([1])));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2_999_999)]
    public void Changed_byte_on_the_disk_is_noticed(int at)
    {
        var (digest, _) = blobs.Add(new MemoryStream(Bytes));
        var damaged = Bytes.ToArray();
        damaged[at] ^= 1;
        File.WriteAllBytes(PathOf(digest), damaged);
        Assert.Equal(StoreFault.Corrupt, Assert.Throws<StoreException>(() => blobs.Read(digest)).Fault);
        // Adding the right bytes again mends it.
        blobs.Add(new MemoryStream(Bytes));
        Assert.Equal(Bytes, blobs.Read(digest));
    }

    [Fact]
    public void Cut_file_is_noticed()
    {
        var (digest, _) = blobs.Add(new MemoryStream(Bytes));
        File.WriteAllBytes(PathOf(digest), Bytes[..^1]);
        Assert.Equal(StoreFault.Corrupt, Assert.Throws<StoreException>(() => blobs.Read(digest)).Fault);
    }

    [Fact]
    public void Source_that_fails_midway_leaves_nothing()
    {
        Assert.Throws<IOException>(() => blobs.Add(new Trickle(Bytes, failAfter: 2_000_000)));
        Assert.Empty(blobs.All());
        Assert.Empty(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void What_an_interrupted_process_left_is_no_blob_and_is_cleared()
    {
        var (digest, _) = blobs.Add(new MemoryStream(Bytes));
        folder.Write("blobs/incoming/4711-1", Bytes[..1000]);
        Assert.Equal([digest], blobs.All());
        new BlobStore(folder["blobs"]).ClearIncoming();
        Assert.Single(Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public void Foreign_files_in_the_folder_are_passed_over()
    {
        var (digest, _) = blobs.Add(new MemoryStream(Bytes));
        folder.Write("blobs/ab/.DS_Store", [1]);
        folder.Write("blobs/ab/" + new string('g', 64), [1]);
        Assert.Equal([digest], blobs.All());
    }

    [Fact]
    public void Deleted_blob_is_gone_and_may_be_deleted_again()
    {
        var (digest, _) = blobs.Add(new MemoryStream(Bytes));
        blobs.Delete(digest);
        blobs.Delete(digest);
        Assert.False(blobs.Contains(digest));
        Assert.Empty(blobs.All());
    }

    [Fact]
    public async Task Many_threads_add_the_same_bytes()
    {
        var digests = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => blobs.Add(new MemoryStream(Bytes)).Digest)));
        Assert.Single(digests.Distinct());
        Assert.Equal(Bytes, blobs.Read(digests[0]));
    }

    [Fact]
    public void Blobs_are_their_owners_alone()
    {
        blobs.Add(new MemoryStream(Bytes));
        Modes.AssertPrivate(folder["blobs"]);
    }

    private string PathOf(Hash digest) => folder[$"blobs/{digest.ToHex()[..2]}/{digest.ToHex()}"];

    /// <summary>Gives a few bytes at a time, as a pipe does, and may break off.</summary>
    private sealed class Trickle(byte[] bytes, int failAfter = int.MaxValue) : Stream
    {
        private int at;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => at; set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override int Read(Span<byte> buffer)
        {
            if (at >= failAfter)
                throw new IOException("the cable was pulled");
            var n = Math.Min(Math.Min(buffer.Length, 70_001), bytes.Length - at);
            bytes.AsSpan(at, n).CopyTo(buffer);
            at += n;
            return n;
        }

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
